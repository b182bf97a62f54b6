import type { Configuration } from '../config/settings.ts';
import type { Http } from './http.ts';

/** Address that people open, without a slash at the end: the configured one, else the one that this process listens on. */
export const baseUrlOf = ({ config, http }: { readonly config: Configuration; readonly http: Http }): string => {
  const { publicUrl, host, port, tlsCert } = config.values;
  if (publicUrl) return publicUrl.replace(/\/$/, '');
  const address = http.fastify.server.address();
  const own = typeof address === 'object' && address ? address.port : port;
  const name = host === '0.0.0.0' || host === '::' ? 'localhost' : host;
  return `${tlsCert ? 'https' : 'http'}://${name.includes(':') ? `[${name}]` : name}:${own}`;
};
