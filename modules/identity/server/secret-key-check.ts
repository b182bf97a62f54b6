import type { IdentityGround } from './identity-ground.ts';
import { lockOrganisation, updateOrganisation } from './store/organisation.ts';

const place = 'organisation:secret-key-check';

/**
 * Says at the start, in the log, that the secret key is not the one the stored secrets were encrypted with; else it would
 * come out at somebody's next sign-in. Everything that needs no stored secret goes on working.
 */
export const checkSecretKey = (identity: IdentityGround): Promise<'new' | 'same' | 'other'> =>
  identity.transaction(async (tx) => {
    const { secret_key_check: kept } = await lockOrganisation(tx);
    if (kept === null) {
      await updateOrganisation(tx, { secret_key_check: identity.secrets.encrypt('leadline', place) });
      return 'new';
    }
    try {
      identity.secrets.decrypt(kept, place);
      return 'same';
    } catch {
      identity.log.error(
        'the secret key is another one than the stored secrets were encrypted with: authenticator apps and single sign-on will fail until the file secret.key or the setting secretKey is restored',
      );
      return 'other';
    }
  });
