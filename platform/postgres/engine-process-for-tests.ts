import { createLog } from '../log/log.ts';
import { startEmbedded } from './start.ts';

/** A server's engine in a process of its own, so that a test can kill it: `node engine-process-for-tests.ts <data>`. */
const postgres = await startEmbedded({ data: process.argv[2]!, log: createLog('silent'), purpose: 'server' });
process.stdout.write(`${postgres.engine.pid()}\n`);
