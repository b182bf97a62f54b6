import { afterEach, describe, expect, it } from 'vitest';
import { connection, noteAnswer, noteEngine } from './connection.ts';

const away = { status: 503, code: 'telemetry.engine-away', title: 'The engine is away' };

describe('the banner stands as long as the engine is away', () => {
  afterEach(() => noteEngine({ state: 'up', detail: '' }));

  it('comes with the first refusal and stays while other things answer', () => {
    noteAnswer(away, '/api/v1/services/shop%2Fcart/signals');
    noteAnswer(null, '/api/v1/people');
    expect(connection.value.kind).toBe('engine-away');
  });

  it('goes when what was refused answers again', () => {
    noteAnswer(away, '/api/v1/services/shop%2Fcart/signals');
    noteAnswer(null, '/api/v1/services/:name/signals');
    expect(connection.value.kind).toBe('well');
  });

  it('comes and goes as the server tells', () => {
    noteEngine({ state: 'down', detail: 'restarting' });
    noteAnswer(null, '/api/v1/services');
    expect(connection.value.kind).toBe('engine-away');
    noteEngine({ state: 'up', detail: '' });
    expect(connection.value.kind).toBe('well');
  });

  it('is not raised by a refusal for another reason', () => {
    noteAnswer({ status: 503, code: 'http.shutting-down', title: 'Stopping' }, '/api/v1/services');
    expect(connection.value.kind).toBe('well');
  });
});
