import { join } from 'node:path';
import { changeFile } from './change-file.ts';

const ours = '"sigs.k8s.io/kustomize/api/internal/settings"';
const library = '"sigs.k8s.io/yaml"';
const otherLibrary = '"sigs.k8s.io/kustomize/kyaml/yaml"';

/** The transformers that are told in which places to look, and how they read that. */
const withPlaces = ['Annotations', 'ImageTag', 'Label', 'Namespace', 'ReplicaCount'];
const affixes = ['Prefix', 'Suffix'];

/**
 * Lets Kustomize pass its settings on as JSON: `_replaced/kustomize-api/internal/settings` says why.
 * @param folder A copy of Kustomize's module.
 * @throws Error when a place is not what it was: another version has to be looked at first.
 */
export function patchKustomize(folder: string): void {
  changeFile(join(folder, 'internal/target/kusttarget.go'), [
    [library, ours],
    ['yaml.Marshal(c)', 'settings.Marshal(c)'],
    ['bpt, string(y))', 'bpt, settings.Shown(y))'],
  ]);
  for (const name of withPlaces) {
    changeFile(join(folder, `internal/builtins/${name}Transformer.go`), [
      [library, ours],
      ['yaml.Unmarshal(c, p)', 'settings.Unmarshal(c, p)'],
    ]);
  }
  for (const name of affixes) {
    changeFile(join(folder, `internal/builtins/${name}Transformer.go`), [
      [otherLibrary, ours],
      ['yaml.Unmarshal(c, p)', 'settings.UnmarshalAffix(c, p)'],
    ]);
  }
}
