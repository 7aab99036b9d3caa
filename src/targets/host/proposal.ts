import type { TargetProposal } from '../driver.ts';

/** This machine as `fairlead init` proposes it. */
export const hostProposal: TargetProposal = {
  name: 'here',
  noun: 'host',
  words: 'manifests of a machine',
  isManifest: (head) => head.includes('host.fairlead.dev/'),
  generic: null,
  target: () => '  host: {}',
  namesNamespace: () => true,
  fields: () => [],
  placeholder: `# No folder with host manifests was found. One is made of files such as site/page.yaml:
#
#   apiVersion: host.fairlead.dev/v1alpha1
#   kind: File
#   metadata: {name: index}
#   spec: {path: /srv/site/index.html, content: "hello\\n"}
#
# and is announced like this:
#
#   apiVersion: fairlead.dev/v1alpha1
#   kind: Application
#   metadata: {name: site}
#   spec: {path: site, environments: [dev]}
`,
};
