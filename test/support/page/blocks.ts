/** A fenced block of a Markdown page. */
export interface Block {
  /** First word after the fence: how it is highlighted. */
  readonly language: string;
  /** What follows it. */
  readonly info: string;
  readonly lines: readonly string[];
  /** Line of the opening fence, from 1. */
  readonly line: number;
}

/** All fenced blocks of a page, in order. @throws when one is not closed. */
export function blocksOf(markdown: string): readonly Block[] {
  const blocks: Block[] = [];
  let open: { readonly fence: string; readonly block: Block; readonly lines: string[] } | null =
    null;
  for (const [at, line] of markdown.split('\n').entries()) {
    if (open !== null) {
      if (line.trim() === open.fence) {
        blocks.push(open.block);
        open = null;
      } else open.lines.push(line);
      continue;
    }
    const start = /^(`{3,})\s*(\S*)\s*(.*)$/.exec(line);
    if (start === null) continue;
    const [, fence = '', language = '', info = ''] = start;
    const lines: string[] = [];
    open = { fence, lines, block: { language, info: info.trim(), lines, line: at + 1 } };
  }
  if (open !== null) throw new Error(`line ${open.block.line}: this block is not closed`);
  return blocks;
}

/** Targets of all links of a page, images included; what stands in code is left out. */
export function linksOf(markdown: string): readonly string[] {
  const prose = markdown.replaceAll(/^(`{3,}).*?^\1$/gms, '').replaceAll(/`[^`\n]*`/g, '');
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target);
}

/** Anchors that a page's headings get, as the forges make them. */
export function anchorsOf(markdown: string): ReadonlySet<string> {
  const prose = markdown.replaceAll(/^(`{3,}).*?^\1$/gms, '');
  const anchors = new Set<string>();
  for (const [, title = ''] of prose.matchAll(/^#{1,6}\s+(.*)$/gm)) {
    const plain = title
      .trim()
      .toLowerCase()
      .replaceAll(/[^\p{Letter}\p{Number}\s_-]/gu, '')
      .replaceAll(/\s/g, '-');
    let anchor = plain;
    for (let number = 1; anchors.has(anchor); number++) anchor = `${plain}-${number}`;
    anchors.add(anchor);
  }
  return anchors;
}
