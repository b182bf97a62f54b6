import type { Command } from 'commander';
import { Refusal } from '../../kernel/problem.ts';

const shells = ['bash', 'zsh', 'fish'] as const;

/** `leadline completion SHELL` prints a script; the words are read from the commands themselves, so it never lags behind. */
export const registerCompletion = (program: Command): void => {
  program
    .command('completion')
    .argument('<shell>', shells.join(', '))
    .description('Print a completion script')
    .addHelpText('after', '\nExample:\n  $ source <(leadline completion bash)')
    .action((shell: string) => {
      const script = scripts[shell as (typeof shells)[number]];
      if (!script)
        throw new Refusal({
          status: 400,
          code: 'cli.unknown-shell',
          title: `There is no completion for ${shell}`,
          detail: `Write one of ${shells.join(', ')}.`,
        });
      process.stdout.write(script(wordsOf(program)));
    });
};

interface Words {
  readonly path: string;
  readonly words: readonly string[];
}

const wordsOf = (command: Command, path = ''): Words[] => {
  const visible = command.commands.filter((child) => !child.name().startsWith('_'));
  const options = command.options.filter((option) => !option.hidden).map((option) => option.long ?? option.short ?? '');
  return [
    { path, words: [...visible.map((child) => child.name()), ...options].filter(Boolean) },
    ...visible.flatMap((child) => wordsOf(child, `${path} ${child.name()}`.trim())),
  ];
};

const scripts: Record<(typeof shells)[number], (words: Words[]) => string> = {
  bash: (words) => `# leadline completion for bash
_leadline() {
  local path="" word
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do [[ $word == -* ]] || path="\${path:+$path }$word"; done
  local words=""
  while :; do
    case "$path" in
${words.map((each) => `      "${each.path}") words="${each.words.join(' ')}"; break;;`).join('\n')}
      *) [[ $path == *" "* ]] && path="\${path% *}" || path="";;
    esac
  done
  COMPREPLY=($(compgen -W "$words" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _leadline leadline
`,
  zsh: (words) => `#compdef leadline
autoload -U +X bashcompinit && bashcompinit
${scripts.bash(words)}`,
  fish: (words) => `# leadline completion for fish
${words
  .map((each) => {
    const seen =
      each.path === ''
        ? '__fish_use_subcommand'
        : each.path
            .split(' ')
            .map((word) => `__fish_seen_subcommand_from ${word}`)
            .join('; and ');
    return `complete -c leadline -n "${seen}" -a "${each.words.filter((word) => !word.startsWith('-')).join(' ')}"`;
  })
  .join('\n')}
`,
};
