import type { CommandDefinition } from '../command.ts';
import { usage } from '../errors.ts';
import { exitCodes } from '../exit-codes.ts';

const shells = ['bash', 'zsh', 'fish'] as const;
type Shell = (typeof shells)[number];

export const completion: CommandDefinition = {
  description: `Prints the completion script of a shell. Commands, options and formats are completed, and the names of applications, environments, sources and waiting plans as the controller or the checkout has them right now.`,
  arguments: [
    {
      usage: '<shell>',
      description: shells.join(', '),
      completion: { kind: 'words', words: shells },
    },
  ],
  options: [],
  examples: [
    {
      run: 'source <(fairlead completion bash)',
      why: 'bash, for this session; put it into ~/.bashrc to keep it',
    },
    { run: 'fairlead completion zsh > "${fpath[1]}/_fairlead"', why: 'zsh' },
    { run: 'fairlead completion fish > ~/.config/fish/completions/fairlead.fish', why: 'fish' },
  ],
  outputs: ['text'],
  run: async (context, input) => {
    const shell = shells.find((one) => one === input.required('shell'));
    if (shell === undefined) {
      throw usage({
        message: `there is no completion for ${input.required('shell')}`,
        hint: `Use one of ${shells.join(', ')}.`,
      });
    }
    context.out.text(scripts[shell]);
    return exitCodes.ok;
  },
};

/** Each script hands the words before the cursor, and the one under it, to `fairlead __complete`. */
const scripts: Readonly<Record<Shell, string>> = {
  bash: `# bash completion for fairlead
_fairlead() {
  local IFS=$'\\n' words cword cur
  # "@" and "=" belong to a word: names are APP@ENVIRONMENT.
  if declare -F _get_comp_words_by_ref >/dev/null; then
    _get_comp_words_by_ref -n '@=:' cur words cword
  else
    words=("\${COMP_WORDS[@]}"); cword=$COMP_CWORD; cur=\${COMP_WORDS[COMP_CWORD]}
  fi
  COMPREPLY=($("\${words[0]}" __complete bash "\${words[@]:1:cword}" 2>/dev/null))
  if [[ \${#COMPREPLY[@]} -eq 1 && \${COMPREPLY[0]} == ':files' ]]; then
    COMPREPLY=($(compgen -f -- "$cur"))
  elif [[ \${#COMPREPLY[@]} -eq 1 && \${COMPREPLY[0]} == ':folders' ]]; then
    COMPREPLY=($(compgen -d -- "$cur"))
  elif declare -F __ltrim_colon_completions >/dev/null; then
    __ltrim_colon_completions "$cur"
  fi
}
complete -o nosort -F _fairlead fairlead 2>/dev/null || complete -F _fairlead fairlead
`,
  zsh: `#compdef fairlead
_fairlead() {
  local -a lines values
  lines=("\${(@f)$("\${words[1]}" __complete zsh "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  case "\${lines[1]}" in
    '') return 1 ;;
    ':files') _files ;;
    ':folders') _files -/ ;;
    *)
      values=("\${lines[@]}")
      _describe -V 'fairlead' values
      ;;
  esac
}
if [[ "\${funcstack[1]}" == _fairlead ]]; then
  _fairlead "$@"
else
  compdef _fairlead fairlead
fi
`,
  fish: `# fish completion for fairlead
function __fairlead_complete
  set -l words (commandline -opc) (commandline -ct)
  set -l lines (command $words[1] __complete fish $words[2..-1] 2>/dev/null)
  switch "$lines[1]"
    case ':files'
      __fish_complete_path (commandline -ct)
    case ':folders'
      __fish_complete_directories (commandline -ct)
    case '*'
      printf '%s\\n' $lines
  end
end
complete -c fairlead -f -a '(__fairlead_complete)'
`,
};
