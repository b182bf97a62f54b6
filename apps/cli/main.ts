import { runServe } from './run-serve.ts';

const words = process.argv.slice(2);
const [first, ...rest] = words;

// The supervisor lives as long as the product: it loads nothing that only other commands need (9 MB instead of 65).
if ((first === 'serve' || first === 'demo') && !rest.includes('--help') && !rest.includes('-h')) {
  process.exitCode = await runServe(first, rest);
} else {
  const { runProgram } = await import('./program.ts');
  await runProgram(words);
}
