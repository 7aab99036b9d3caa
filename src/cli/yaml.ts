import { escapeUnsafe, isUnsafe } from './json.ts';

/**
 * A writer of YAML that every reader understands: version 1.2 core, no anchors, long lines left whole, nothing in it that a
 * terminal would obey. Loaded on demand: the library takes longer to start than most commands take altogether.
 */
export async function loadYamlWriter(): Promise<(value: unknown) => string> {
  const { Document, visit } = await import('yaml');
  return (value) => {
    const document = new Document(value, { aliasDuplicateObjects: false });
    visit(document, {
      Scalar: (_, node) => {
        // Only double quotes have escapes.
        if (typeof node.value === 'string' && isUnsafe(node.value)) node.type = 'QUOTE_DOUBLE';
      },
    });
    return escapeUnsafe(document.toString({ lineWidth: 0 }));
  };
}
