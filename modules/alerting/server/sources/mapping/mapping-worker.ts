import { parentPort } from 'node:worker_threads';
import jsonata from 'jsonata';
import { faultOf } from './fault-place.ts';
import { mappingLimits, type MapAnswer, type MapRequest } from './map-request.ts';

/**
 * The thread in which mappings of people are computed, one at a time. It is ended from outside when one does not come to an end;
 * here are the bounds that Jsonata keeps itself.
 */
const bounds = { timeout: mappingLimits.softMs, stack: mappingLimits.stack, sequence: mappingLimits.sequence };

const mapped = async ({ id, expression, payload }: MapRequest): Promise<MapAnswer> => {
  try {
    const made: unknown = await jsonata(expression, bounds).evaluate(JSON.parse(payload));
    const result = JSON.stringify(made) ?? 'null';
    if (result.length <= mappingLimits.resultBytes) return { id, ok: true, result };
    return { id, ok: false, fault: { message: 'It makes more than 8 MiB.', line: null, column: null } };
  } catch (error) {
    return { id, ok: false, fault: faultOf(error, expression) };
  }
};

parentPort?.on('message', (request: MapRequest) => {
  void mapped(request).then((answer) => parentPort?.postMessage(answer));
});
parentPort?.postMessage({ ready: true } satisfies MapAnswer);
