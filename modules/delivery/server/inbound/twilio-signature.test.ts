import { describe, expect, it } from 'vitest';
import { twilioSigned } from './twilio-signature.ts';

const url = 'https://mycompany.com/myapp.php?foo=1&bar=2';
const call = [
  ['CallSid', 'CA1234567890ABCDE'],
  ['Caller', '+14158675309'],
  ['Digits', '1234'],
  ['From', '+14158675309'],
  ['To', '+18005551212'],
];

/** Signatures published by Twilio: its security page, and the tests of its own library (twilio-node, spec/validation.spec.js). */
describe("A callback counts only under Twilio's signature", () => {
  it.each([
    ['the documented example', url, call, 'RSOYDt4T1cUTdK1PDd93/VVr8B8='],
    ['https with a port, signed without', url.replace('.com', '.com:1234'), call, 'RSOYDt4T1cUTdK1PDd93/VVr8B8='],
    ['http with a port', 'http://mycompany.com:1234/myapp.php?foo=1&bar=2', call, 'Zmvh+3yNM1Phv2jhDCwEM3q5ebU='],
    ['https, signed with the standard port', url, call, 'kvajT1Ptam85bY51eRf/AJRuM3w='],
    ['http, signed with the standard port', url.replace('https', 'http'), call, '0ZXoZLH/DfblKGATFgpif+LLRf4='],
    ['with an account', url.replace('://', '://user:pass@'), call, 'CukzLTc1tT5dXEDIHm/tKBanW10='],
    ['with a user', url.replace('://', '://user@'), call, '2YRLlVAflCqxaNicjMpJcSTgzSs='],
    ['with an account and a port', url.replace('://', '://user:pass@'), call, 'ZQFR1PTIZXF2MXB8ZnKCvnnA+rI='],
    ['with odd characters', `${url}&Body=It's+amazing`, call, 'dsq4Ehbj6cs+KdTkpF5sSSplOWw='],
    [
      'a parameter that comes twice',
      url,
      [
        ['MessagingBinding.Address', '+1325xxxxxxx'],
        ['MessagingBinding.Address', '+1415xxxxxxx'],
      ],
      '83O6e2vORAoJHUNzJjDWN1jz+BA=',
    ],
    [
      'values in another order, one of them twice',
      url,
      [
        ['Sid', 'CA123'],
        ['SidAccount', 'AC123'],
        ['Digits', '5678'],
        ['Digits', '1234'],
        ['Digits', '1234'],
      ],
      'IK+Dwps556ElfBT0I3Rgjkr1wJU=',
    ],
  ])('%s', (_name, address, form, signature) => {
    expect(twilioSigned({ authToken: '12345', url: address, form: new URLSearchParams(form), signature })).toBe(true);
  });

  it.each([
    ['none', undefined],
    ['a wrong one', 'WRONG_SIGNATURE'],
    ['of another parameter', 'Zmvh+3yNM1Phv2jhDCwEM3q5ebU='],
  ])('refuses %s', (_name, signature) => {
    expect(twilioSigned({ authToken: '12345', url, form: new URLSearchParams(call), signature })).toBe(false);
  });
});
