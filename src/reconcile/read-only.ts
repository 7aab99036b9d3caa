/** What a person does about a controller that only shows, because what is live may be newer than what it knows. */
export const letAct =
  'let it act with `fairlead resume --all`, or with --take-over where no controller runs';
