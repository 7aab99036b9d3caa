interface EnvironmentVariable {
  readonly name: string;
  readonly meaning: string;
}

/** Every environment variable that the command line looks at. */
export const environmentVariables: readonly EnvironmentVariable[] = [
  {
    name: 'FAIRLEAD_STATE_DIR',
    meaning: 'Where the controller keeps its state; --state-dir counts more.',
  },
  {
    name: 'XDG_STATE_HOME',
    meaning: "The user's state folder, in which Fairlead's own is made (default: ~/.local/state).",
  },
  {
    name: 'XDG_CACHE_HOME',
    meaning:
      "The user's folder for caches, where compiled code is kept between commands (default: ~/.cache).",
  },
  {
    name: 'FAIRLEAD_ACTOR',
    meaning: 'Who is recorded as having asked for something (default: the name of the user).',
  },
  {
    name: 'FAIRLEAD_NO_INPUT',
    meaning: 'Any value but 0 or false: never ask, as with --no-input.',
  },
  {
    name: 'CI',
    meaning: 'Any value but 0 or false: never ask, and nothing moves on the terminal.',
  },
  { name: 'NO_COLOR', meaning: 'Any value: no colours, as with --no-color.' },
  {
    name: 'FORCE_COLOR',
    meaning: 'Any value but 0 or false: colours, also where the output is no terminal.',
  },
  { name: 'COLUMNS', meaning: 'Width of the terminal, where the terminal does not say.' },
];
