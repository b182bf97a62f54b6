import { VueQueryPlugin } from '@tanstack/vue-query';
import { flushPromises, mount } from '@vue/test-utils';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createQueries } from '../../../ui/queries.ts';
import FirstSpan from './FirstSpan.vue';
import { lessonsFor } from './first-span-lessons.ts';

describe('an empty screen teaches how to send the first span', () => {
  afterEach(() => vi.unstubAllGlobals());

  it('shows the address on which this installation receives', async () => {
    const status = { endpoints: { otlpHttp: 'http://127.0.0.1:14318', otlpGrpc: null } };
    vi.stubGlobal('fetch', async () => Response.json(status));
    const part = mount(FirstSpan, { global: { plugins: [[VueQueryPlugin, { queryClient: createQueries() }]] } });
    await flushPromises();
    await vi.waitFor(() => expect(part.text()).toContain('OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:14318'));
    expect(part.text()).not.toContain('gRPC');
  });

  it.each(['Node', '.NET', 'Java', 'Python', 'Go'])('in %s, with a source', (language) => {
    const lesson = lessonsFor('http://127.0.0.1:4318').find((one) => one.language === language);
    expect(lesson?.source).toMatch(/^https:\/\/opentelemetry\.io\//);
    expect(lesson?.steps.at(-1)?.code).toContain('OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:4318');
  });
});
