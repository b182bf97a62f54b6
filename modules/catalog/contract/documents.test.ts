import { describe, expect, it } from 'vitest';
import { parseReference, serviceOf, teamOf } from '../domain/backstage.ts';
import * as documents from './documents.ts';

const component = (metadata: object = {}, spec: object = {}) => ({
  apiVersion: 'backstage.io/v1alpha1',
  kind: 'Component',
  metadata: { name: 'artist-web', ...metadata },
  spec: { type: 'website', lifecycle: 'production', owner: 'artist-relations-team', ...spec },
});

describe("Backstage's descriptors describe our services", () => {
  it('takes the example of its own documentation', () => {
    const found = documents.componentDocument.parse(
      component(
        {
          description: 'The place to be, for great artists',
          labels: { 'example.com/custom': 'custom_label_value' },
          annotations: { 'example.com/service-discovery': 'artistweb' },
          tags: ['java'],
          links: [
            {
              url: 'https://admin.example-org.com',
              title: 'Admin Dashboard',
              icon: 'dashboard',
              type: 'admin-dashboard',
            },
          ],
        },
        { system: 'public-websites', dependsOn: ['component:bff', 'resource:default/artists-db'] },
      ),
    );
    expect(documents.describedByComponent(found, 'catalog-info.yaml')).toEqual({
      title: null,
      description: 'The place to be, for great artists',
      owner: 'artist-relations-team',
      tier: null,
      lifecycle: 'production',
      type: 'website',
      system: 'public-websites',
      tags: ['java'],
      links: [{ title: 'Admin Dashboard', url: 'https://admin.example-org.com', kind: 'admin-dashboard' }],
      dependsOn: [
        { target: 'bff', kind: 'other', targetKind: 'service' },
        { target: 'artists-db', kind: 'other', targetKind: 'external' },
      ],
      provides: [],
      consumes: [],
      origin: 'file',
      source: 'catalog-info.yaml',
    });
  });

  it.each([
    ['the default namespace', {}, 'artist-web'],
    ['another namespace', { namespace: 'shop' }, 'shop/artist-web'],
    ['an annotation', { namespace: 'shop', annotations: { 'leadline.dev/service': 'web/artists' } }, 'web/artists'],
  ])('names the service by %s', (_name, metadata, service) =>
    expect(serviceOf(documents.componentDocument.parse(component(metadata)).metadata)).toBe(service),
  );

  it.each([
    ['payments', 'payments'],
    ['group:default/Payments', 'payments'],
    ['user:default/mira', null],
    ['not a reference', null],
  ])('owner %s is the team %s', (owner, team) => expect(teamOf(owner)).toBe(team));

  it('reads references', () => {
    expect(parseReference('resource:infra/db', 'component')).toEqual({
      kind: 'resource',
      namespace: 'infra',
      name: 'db',
    });
    expect(parseReference('a/b/c', 'component')).toBeNull();
  });

  it.each<[string, object, string]>([
    ['a person as owner', component({}, { owner: 'user:mira' }), 'spec.owner'],
    ['no lifecycle', component({}, { lifecycle: undefined }), 'spec.lifecycle'],
    ['a name with a space', component({ name: 'artist web' }), 'metadata.name'],
    ['a link that runs code', component({ links: [{ url: 'javascript:alert(1)' }] }), 'metadata.links.0.url'],
    ['another version', { ...component(), apiVersion: 'backstage.io/v9' }, 'apiVersion'],
  ])('refuses %s and names the field', (_name, document, path) => {
    const parsed = documents.componentDocument.safeParse(document);
    expect(parsed.error?.issues.map((issue) => issue.path.join('.'))).toEqual([path]);
  });
});

describe("Leadline's own documents are strict", () => {
  it('a Service needs only its name', () =>
    expect(
      documents.serviceDocument.parse({
        apiVersion: 'leadline.dev/v1',
        kind: 'Service',
        metadata: { name: 'shop/cart' },
      }).spec.owner,
    ).toBeNull());
  it('an unknown field is an error', () =>
    expect(
      documents.serviceDocument.safeParse({
        apiVersion: 'leadline.dev/v1',
        kind: 'Service',
        metadata: { name: 'a' },
        spec: { ownr: 'x' },
      }).error?.issues[0],
    ).toMatchObject({ path: ['spec'], keys: ['ownr'] }));
});
