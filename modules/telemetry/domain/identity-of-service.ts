/** What a resource says about who it is; values as sent, '' when absent. */
export interface ResourceNames {
  readonly 'service.namespace': string;
  readonly 'service.name': string;
  readonly 'service.version': string;
  readonly 'deployment.environment.name': string;
  /** The name of the attribute before semantic conventions 1.27. */
  readonly 'deployment.environment': string;
}

export interface ServiceIdentity {
  /** `namespace/name`, or `name` alone. */
  readonly service: string;
  readonly environment: string;
  readonly version: string;
}

export const unknownService = 'unknown_service';
const nameLengthMax = 255;

/**
 * The identity of the service that a resource describes. The pair (namespace, name) is unique by
 * https://opentelemetry.io/docs/specs/semconv/resource/#service; the environment is a dimension and not part of it.
 */
export const identityOfService = (names: ResourceNames): ServiceIdentity => {
  const name = names['service.name'].trim() || unknownService;
  const namespace = names['service.namespace'].trim();
  return {
    service: (namespace === '' ? name : `${namespace}/${name}`).slice(0, nameLengthMax),
    environment: (names['deployment.environment.name'] || names['deployment.environment'])
      .trim()
      .slice(0, nameLengthMax),
    version: names['service.version'].trim().slice(0, nameLengthMax),
  };
};
