import { defineError } from '../model/error.ts';

/** Everything that can be wrong with a configuration. Problems in files carry these codes and hints, too. */

export const configMissing = defineError('config.missing', {
  class: 'input',
  title: 'There is no Fairlead configuration',
  hint: 'Add a fairlead.yaml (or fairlead/*.yaml); `fairlead init` proposes one. Nothing that runs is touched.',
});

export const configUnreadable = defineError('config.unreadable', {
  class: 'input',
  title: 'A configuration file cannot be read',
  hint: 'Make it a regular UTF-8 file inside the repository; its last good documents stay in force.',
});

export const yamlSyntax = defineError('config.yaml-syntax', {
  class: 'input',
  title: 'A configuration file is not valid YAML',
  hint: 'Correct the syntax at the place that is named; all documents of the file keep their last good version.',
});

export const duplicateKey = defineError('config.duplicate-key', {
  class: 'input',
  title: 'A field is given twice',
  hint: 'Remove one of the two; which one counts would otherwise depend on the reader.',
});

export const tooLarge = defineError('config.too-large', {
  class: 'input',
  title: 'A configuration file is too large',
  hint: 'Split it into several files under fairlead/.',
});

export const tooDeep = defineError('config.too-deep', {
  class: 'input',
  title: 'A configuration document is nested too deeply',
  hint: 'Remove the nesting; no Fairlead document needs it.',
});

export const aliasBomb = defineError('config.alias-bomb', {
  class: 'input',
  title: 'YAML aliases expand to too much, or refer to themselves',
  hint: 'Write the values out, or use fewer aliases.',
});

export const unknownVersion = defineError('config.unknown-version', {
  class: 'input',
  title: 'A document has an apiVersion that this Fairlead does not know',
  hint: 'Use fairlead.dev/v1alpha1, upgrade Fairlead, or move the document to the folder of an application.',
});

export const unknownKind = defineError('config.unknown-kind', {
  class: 'input',
  title: 'A document has a kind that this Fairlead does not know',
  hint: 'Use Source, Target, Environment, Application, Project or HealthRule.',
});

export const unknownField = defineError('config.unknown-field', {
  class: 'input',
  title: 'A document has a field that its kind does not have',
  hint: 'Correct the spelling or remove the field; fields are never ignored silently.',
});

export const missingField = defineError('config.missing-field', {
  class: 'input',
  title: 'A document lacks a field that its kind needs',
  hint: 'Add the field that is named.',
});

export const invalidValue = defineError('config.invalid-value', {
  class: 'input',
  title: 'A field has a value that is not allowed',
  hint: 'Use one of the values that are named as allowed.',
});

export const duplicateName = defineError('config.duplicate-name', {
  class: 'input',
  title: 'Two documents of one kind have the same name',
  hint: 'Rename or remove one of them; until then the last good version stays in force.',
});

export const unknownReference = defineError('config.unknown-reference', {
  class: 'input',
  title: 'A document refers to one that does not exist',
  hint: 'Correct the name or add the document.',
});

export const dependencyCycle = defineError('config.dependency-cycle', {
  class: 'input',
  title: 'Applications depend on each other in a circle',
  hint: 'Remove one dependsOn of the circle; none of them could ever start.',
});

export const notAllowed = defineError('config.not-allowed', {
  class: 'denied',
  title: 'The project of an application does not allow this',
  hint: 'Ask whoever keeps the project to allow it, or use what the project allows.',
});

export const dependencyElsewhere = defineError('config.dependency-elsewhere', {
  class: 'input',
  title: 'An application depends on one that does not run in the same environment',
  hint: 'Add the environment to the other application, or remove the dependency.',
});
