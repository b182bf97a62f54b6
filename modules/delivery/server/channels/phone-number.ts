/** A number as ITU-T E.164 writes it: a plus, a country code that does not begin with 0, 15 digits at most. */
export const isPhoneNumber = (text: string): boolean => /^\+[1-9]\d{6,14}$/.test(text);

export const writePhoneNumber = 'Write the number with its country code and without spaces: +4915112345678.';
