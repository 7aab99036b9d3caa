import { escapeUnsafe, isUnsafe } from './json.ts';

/**
 * A writer of YAML that every reader understands: version 1.2 core, in which what version 1.1, and so kubectl, would take for
 * no text (`no`, `0644`, `12:30`) is in quotes; no anchors, long lines left whole, nothing in it that a terminal would obey.
 * Loaded on demand: the library takes longer to start than most commands take altogether.
 */
export async function loadYamlWriter(): Promise<(value: unknown) => string> {
  const { Document, visit } = await import('yaml');
  return (value) => {
    const document = new Document(value, {
      aliasDuplicateObjects: false,
      compat: 'yaml-1.1',
    });
    visit(document, {
      Scalar: (_, node) => {
        // Only double quotes have escapes.
        if (typeof node.value === 'string' && isUnsafe(node.value)) node.type = 'QUOTE_DOUBLE';
      },
    });
    return escapeUnsafe(document.toString({ lineWidth: 0 }));
  };
}
