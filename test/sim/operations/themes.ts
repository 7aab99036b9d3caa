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
  // Snapshots of machines, and people who agree to things.
  [
    'back up',
    'put a snapshot back',
    'Git fails',
    'edit a value',
    'remove resources',
    'revert to an earlier commit',
    'a target fails',
  ],
  // What moves from one application to another.
  [
    'add a resource at a shared place',
    'hand a resource to another application',
    'hand a resource to an application that breaks',
    'hold',
    'resume',
    'crash at a point',
    'revert to an earlier commit',
    'remove an application',
    'a target fails',
  ],
  // Orders, and names that change.
  ['hold', 'rename an application', 'resume', 'edit a value', 'kill', 'edit behind the back'],
  // Who leaves while nobody looks.
  [
    'change settings',
    'remove an application',
    'add an application',
    'change where an application runs',
    'kill',
    'crash at a point',
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
  // What a document says of what is deployed, and people who go back.
  [
    'change what a document says',
    'change what a document says and its manifests',
    'edit a value',
    'roll back',
    'revert to an earlier commit',
    'resume',
    'edit behind the back',
    'delete behind the back',
    'crash at a point',
  ],
  // The same, with what never works and histories that are rewritten.
  [
    'change what a document says',
    'change what a document says and its manifests',
    'commit what never works',
    'roll back',
    'force-push',
    'confirm a forced push',
    'break the configuration',
    'mend the configuration',
    'kill',
  ],
  // What is run beside what is kept up.
  [
    'add a hook or command',
    'drop a hook or command',
    'edit a hook or command',
    'edit a value',
    'undo what a command did',
    "leave another tool's hook",
    'crash at a point',
  ],
  // Runs that fail, and what comes of them.
  [
    'add a hook or command',
    'commit a run that never ends well',
    'change when a hook runs',
    'edit a value',
    'remove resources',
    'remove an application',
    'a target fails',
    'roll back',
  ],
];

/** Sets for clusters, beside those. */
export const clusterThemes: readonly (readonly string[])[] = [
  // Watches that break off, and what happens meanwhile.
  [
    'compact the history',
    'a target fails',
    'edit behind the back',
    'delete behind the back',
    'edit a value',
    'crash at a request',
  ],
  // Others who have a say.
  [
    'an autoscaler comes or goes',
    'autoscalers act',
    'another manager applies a field',
    'edit behind the back',
    'edit a value',
    'add or drop a field',
  ],
  // What does not go, or goes with more.
  [
    'hold up a deletion',
    'remove resources',
    'delete a namespace',
    'remove or bring a kind',
    'remove an application',
    'approve',
  ],
  // What the label does not say.
  [
    'take the label off',
    'remake behind the back',
    'remove resources',
    'put something in the way',
    'compact the history',
  ],
  // Cut off in the middle.
  [
    'crash at a request',
    'edit a value',
    'add or drop a field',
    'remove resources',
    'add a resource',
    'revert to an earlier commit',
  ],
  // What comes between a wish and what is stored.
  [
    'a webhook that changes things comes or goes',
    'a namespace is full',
    'edit a value',
    'add a resource',
    'edit behind the back',
    'delete behind the back',
    'crash at a request',
  ],
  // Kinds that come late, in other versions, and with what is of them.
  [
    'kinds come late',
    'add a kind and one of it',
    'versions of a kind come and go',
    'a manifest moves to another version',
    'edit a value',
    'add or drop a field',
    'crash at a request',
  ],
  // Who acts as whom, and may not.
  [
    'an application changes its project',
    'an application changes its project and its manifests',
    'rights are taken',
    'edit a value',
    'remove resources',
    'remove an application',
    'crash at a point',
  ],
  // One takes over from another that does not hear of it.
  [
    'records are told of late',
    'a twin takes over',
    'pause',
    'edit a value',
    'remove resources',
    'add a resource',
  ],
  // Kinds that come and go, APIs that do not answer.
  [
    'remove or bring a kind',
    'an aggregated API fails',
    'add a resource',
    'a target fails',
    'edit a value',
  ],
];

/** In every set: without them nothing would go on. */
export const always: readonly string[] = ['start', 'fetch now', 'approve', 'faults end'];
