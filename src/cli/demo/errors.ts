import { defineError } from '../../model/error.ts';

export const demoToolMissing = defineError('demo.tool-missing', {
  class: 'input',
  title: 'The demo lacks something on this machine',
  hint: 'Install Git (https://git-scm.com) and try again.',
});

export const demoBroken = defineError('demo.broken', {
  class: 'transient',
  title: 'Something that the demo stands on did not work',
  hint: 'Run it again with --keep and look at controller.log in its folder.',
});

export const demoNotFound = defineError('demo.not-found', {
  class: 'input',
  title: 'There is no demo in that folder',
  hint: 'Give the folder that `fairlead demo --keep` named.',
});
