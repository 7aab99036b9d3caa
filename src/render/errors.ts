import { defineError } from '../model/error.ts';

export const pathMissing = defineError('render.path-missing', {
  class: 'input',
  title: "An application's folder does not exist",
  hint: 'Correct spec.path of the application, or add the folder; what runs stays as it is.',
});

export const valuesMissing = defineError('render.values-missing', {
  class: 'input',
  title: 'A values file does not exist',
  hint: 'Correct spec.helm.valuesFiles of the application, or add the file (ignoreMissingValuesFiles leaves out what is not there); what runs stays as it is.',
});

export const duplicateResource = defineError('render.duplicate-resource', {
  class: 'input',
  title: 'Two manifests of an application declare the same resource',
  hint: 'Remove or rename one of the two; which one counts would otherwise depend on the order of files.',
});

export const renderYamlSyntax = defineError('render.yaml-syntax', {
  class: 'input',
  title: 'A manifest file is not valid YAML or JSON',
  hint: 'Correct the file at the place that is named; what runs stays as it is.',
});

export const notAManifest = defineError('render.not-a-manifest', {
  class: 'input',
  title: "A file in an application's folder is not a manifest",
  hint: 'Give it apiVersion, kind and metadata.name, or move it out of the folder (dot-files are left out).',
});

export const renderTooLarge = defineError('render.too-large', {
  class: 'input',
  title: "An application's folder is beyond the limits of rendering",
  hint: 'Split the application, or move what is no manifest out of its folder.',
});

export const renderAliasBomb = defineError('render.alias-bomb', {
  class: 'input',
  title: 'YAML aliases expand to too much, or refer to themselves',
  hint: 'Write the values out, or use fewer aliases.',
});

export const numberInexact = defineError('render.number-inexact', {
  class: 'input',
  title: 'A number in a manifest cannot be kept exactly',
  hint: 'Put it in quotes, or use a number between -(2^53-1) and 2^53-1.',
});

export const renderTimeout = defineError('render.timeout', {
  class: 'input',
  title: 'Rendering took too long',
  hint: 'Make the folder smaller, or raise timeouts.render of the application.',
});

export const renderOverdue = defineError('render.overdue', {
  class: 'transient',
  title: 'Rendering did not get the computing time that it needs',
  hint: 'It is tried again; give the machine less to do, or more processors.',
});

export const formatUnsupported = defineError('render.format-unsupported', {
  class: 'input',
  title: "This version cannot render the folder's format",
  hint: 'Use plain YAML or JSON manifests, a Kustomize overlay or a Helm chart.',
});

export const linkCircle = defineError('render.link-circle', {
  class: 'input',
  title: 'Symbolic links lead in a circle',
  hint: 'Remove the link that is named.',
});

export const linkBroken = defineError('render.link-broken', {
  class: 'input',
  title: 'A symbolic link leads to nothing',
  hint: 'Correct or remove the link that is named.',
});

export const engineRefused = defineError('render.engine-refused', {
  class: 'input',
  title: 'Helm or Kustomize cannot render a folder',
  hint: 'Correct what the engine names; what runs stays as it is.',
});

export const remoteRefused = defineError('render.remote-refused', {
  class: 'input',
  title: 'A kustomization or a chart refers to something outside of its repository',
  hint: 'Copy what it refers to into the repository (vendor it) and name it by its path; what a JSON schema refers to, into its $defs. Rendering has no network.',
});

export const pluginRefused = defineError('render.plugin-refused', {
  class: 'input',
  title: 'A kustomization wants a plug-in that is a program',
  hint: "Use Kustomize's own generators, transformers, replacements and components, or commit what the plug-in makes; rendering starts no programs.",
});

export const chartMissing = defineError('render.chart-missing', {
  class: 'input',
  title: 'A chart, or a chart that it depends on, is not in the repository',
  hint: 'Vendor it: `helm dependency build` for dependencies, `helm pull --untar` into the chart home for helmCharts; then commit the result.',
});

export const lookupRefused = defineError('render.lookup-refused', {
  class: 'denied',
  title: 'A chart looks up something in the cluster that its project may not see',
  hint: 'Give the value to the chart instead of letting it look, or let its Project see it: `namespaces` that hold it, and `kinds` that name Secrets (`kinds: ["*", Secret]`) and what belongs to the whole cluster.',
});

export const lookupEndless = defineError('render.lookup-endless', {
  class: 'input',
  title: 'A chart looks up too much in the cluster',
  hint: 'Give the values to the chart instead; a template may look at 200 things, and at what they name four times over.',
});

export const substitutionFailed = defineError('render.substitution-failed', {
  class: 'input',
  title: 'A variable cannot be filled into what was rendered',
  hint: 'Give the variable a value (spec.substitute) or a default (`${NAME:=default}`); write `$$` for a dollar sign that stands for itself.',
});

export const renderMemory = defineError('render.memory', {
  class: 'input',
  title: 'A render needs more memory than it may have',
  hint: 'Make the folder or the chart smaller; look for a template that repeats itself.',
});

export const engineBroken = defineError('render.engine-broken', {
  class: 'input',
  title: 'A render broke off inside the sandbox',
  hint: 'Look for templates or overlays that refer to themselves; if there are none, report it with the folder.',
});

export const engineLost = defineError('render.engine-lost', {
  class: 'transient',
  title: 'The thread that renders ended unexpectedly',
  hint: 'It is tried again; if it goes on, look at the memory that the machine has left.',
});

export const engineDamaged = defineError('render.engine-damaged', {
  class: 'bug',
  title: 'The render engine that came with Fairlead is damaged',
  hint: 'Install Fairlead again.',
});
