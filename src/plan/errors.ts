import { defineError } from '../model/error.ts';

export const emptyRender = defineError('plan.empty-render', {
  class: 'input',
  title: 'An application that owns things renders to nothing',
  hint: 'If that is meant, set allowEmpty: true on the application; to remove it, remove its Application document. Nothing is deleted meanwhile.',
});

export const unreadableLive = defineError('plan.live-unreadable', {
  class: 'transient',
  title: 'Live state could not be read',
  hint: 'See the cause; nothing is planned on what could not be seen.',
});

export const claimedTwice = defineError('plan.claimed-twice', {
  class: 'input',
  title: 'Two resources want the same place',
  hint: 'Give each resource a place of its own.',
});

export const cannotChange = defineError('plan.cannot-change', {
  class: 'input',
  title: 'A field cannot be changed in place',
  hint: 'Keep the field as it is, or allow that the resource is deleted and made anew (on Kubernetes by the annotation argocd.argoproj.io/sync-options: Replace=true,Force=true).',
});
