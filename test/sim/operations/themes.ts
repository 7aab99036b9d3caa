/** Operations that are dangerous together; a schedule takes one of these sets. */
export const themes: readonly (readonly string[])[] = [
  // What is deleted, while things go wrong.
  ['remove resources', 'add a resource', 'move a resource', 'a target fails', 'crash at a point'],
  // Deletes of what others have touched.
  [
    'remove resources',
    'move a resource',
    'edit behind the back',
    'remake behind the back',
    'put something in the way',
  ],
  // What a yes covers.
  ['approve', 'edit a value', 'add a resource', 'a target fails', 'change settings', 'sync'],
  // Applications that come and go.
  [
    'remove an application',
    'add an application',
    'change settings',
    'change where an application runs',
    'approve',
  ],
  // Names that change.
  [
    'rename an application',
    'rename a resource',
    'change an environment',
    'crash at a point',
    'edit a value',
  ],
  // Input that cannot be used.
  [
    'break the configuration',
    'mend the configuration',
    'break manifests',
    'mend manifests',
    'remove an application',
    'lose the state folder',
    'edit a value',
  ],
  // Git that cannot be read.
  [
    'Git fails',
    'edit a value',
    'add an application',
    'remove an application',
    'kill',
    'break the configuration',
  ],
  // More than one controller.
  [
    'a twin takes over',
    'pause',
    'edit a value',
    'another installation starts',
    'activate',
    'a target fails',
  ],
  // Disks lost and brought back.
  [
    'lose the state folder',
    'back up',
    'restore',
    'activate',
    'remove an application',
    'edit a value',
    'set a clock',
  ],
  // What others do, seen and unseen.
  [
    'edit behind the back',
    'delete behind the back',
    'put something in the way',
    'a target fails',
    'change settings',
    'rotate a secret',
  ],
  // What does not work.
  [
    'commit what never works',
    'edit a value',
    'a health check fails',
    'roll back',
    'add a resource',
    'crash at a point',
  ],
  // People who say wait.
  [
    'hold',
    'resume',
    'hold at the target',
    'roll back',
    'edit a value',
    'commit what never works',
    'edit behind the back',
  ],
  // What the store forgets.
  [
    'the store fails',
    'the disk is full',
    'edit a value',
    'crash at a point',
    'approve',
    'a target fails',
  ],
  // History that is rewritten.
  [
    'force-push',
    'revert to an earlier commit',
    'confirm a forced push',
    'edit a value',
    'remove resources',
  ],
];

/** In every set: without them nothing would go on. */
export const always: readonly string[] = ['start', 'fetch now', 'approve', 'faults end'];
