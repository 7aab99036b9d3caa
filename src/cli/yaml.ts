/**
 * A writer of YAML that every reader understands: version 1.2 core, no anchors, long lines left whole. Loaded on
 * demand: the library takes longer to start than most commands take altogether.
 */
export async function loadYamlWriter(): Promise<(value: unknown) => string> {
  const { stringify } = await import('yaml');
  return (value) => stringify(value, { aliasDuplicateObjects: false, lineWidth: 0 });
}
