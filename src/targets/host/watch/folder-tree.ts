import { statSync, watch } from 'node:fs';
import type { FSWatcher } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { errorCode } from '../../../system/files.ts';

/** One folder on the way to something that is watched, from the root down. */
interface Node {
  readonly path: string;
  readonly children: Map<string, Node>;
  /** Names in this folder that are watched, and how often each was asked for. */
  readonly leaves: Map<string, number>;
  watcher: FSWatcher | null;
  /** The system could not watch it (limits, permissions): it is looked at from time to time instead. */
  polled: boolean;
}

interface FolderTreeListener {
  /** Something may have happened to a watched path. */
  onPath(path: string): void;
  /** So much happened at once that the system may have dropped some of it: look at everything. */
  onOverflow(): void;
  /** A folder cannot be watched and must be polled. `code` is the system's. */
  onUnwatchable(folder: string, code: string): void;
}

/**
 * Watches paths through their folders: one watch per folder, shared, and one on each folder above, so that a
 * folder that is deleted, moved away, made again or swapped behind a symlink is followed.
 */
export class FolderTree {
  readonly #listener: FolderTreeListener;
  /** Events in one turn of the loop from which on the kernel's queue may have been full. */
  readonly #burstLimit: number;
  readonly #root: Node = emptyNode('/');
  #burst = 0;

  constructor(listener: FolderTreeListener, burstLimit: number) {
    this.#listener = listener;
    this.#burstLimit = burstLimit;
  }

  add(path: string): void {
    const node = this.#reach(dirname(path));
    const name = basename(path);
    node.leaves.set(name, (node.leaves.get(name) ?? 0) + 1);
  }

  remove(path: string): void {
    const trail = this.#trail(dirname(path));
    const node = trail.at(-1);
    const name = basename(path);
    const count = node?.leaves.get(name);
    if (node === undefined || count === undefined) return;
    if (count > 1) {
      node.leaves.set(name, count - 1);
      return;
    }
    node.leaves.delete(name);
    for (let at = trail.length - 1; at >= 0; at--) {
      const folder = trail[at];
      if (folder === undefined || folder.leaves.size > 0 || folder.children.size > 0) return;
      close(folder);
      trail[at - 1]?.children.delete(basename(folder.path));
    }
  }

  /** All watched paths. */
  *paths(): Generator<string> {
    yield* leavesBelow(this.#root);
  }

  /** Paths in folders that cannot be watched; tries again to watch what was missing there. */
  *polledPaths(): Generator<string> {
    yield* this.#polledBelow(this.#root);
  }

  close(): void {
    closeBelow(this.#root);
    this.#root.children.clear();
    this.#root.leaves.clear();
  }

  *#polledBelow(node: Node): Generator<string> {
    if (node.polled) {
      for (const name of node.leaves.keys()) yield join(node.path, name);
      for (const child of node.children.values()) {
        if (child.watcher === null && !child.polled) this.#reopen(child);
      }
    }
    for (const child of node.children.values()) yield* this.#polledBelow(child);
  }

  #trail(folder: string): Node[] {
    const trail = [this.#root];
    for (const part of partsOf(folder)) {
      const next = trail.at(-1)?.children.get(part);
      if (next === undefined) return [];
      trail.push(next);
    }
    return trail;
  }

  /** The node of a folder. From the top down, each watched before the next is looked for, so that no step is missed. */
  #reach(folder: string): Node {
    let node = this.#root;
    if (node.watcher === null && !node.polled) this.#open(node);
    for (const part of partsOf(folder)) {
      let next = node.children.get(part);
      if (next === undefined) {
        next = emptyNode(join(node.path, part));
        node.children.set(part, next);
        this.#open(next);
      }
      node = next;
    }
    return node;
  }

  #open(node: Node): void {
    node.polled = false;
    try {
      // Most often it is there, or is about to be made: an error takes ten times as long as a look.
      if (statSync(node.path, { throwIfNoEntry: false }) === undefined) return;
      const watcher = watch(node.path, { persistent: false });
      watcher.on('change', (type, name) => this.#onEvent(node, type, name));
      watcher.on('error', () => this.#reopen(node));
      node.watcher = watcher;
    } catch (thrown) {
      const code = errorCode(thrown);
      if (code === 'ENOENT' || code === 'ENOTDIR') return;
      node.polled = true;
      this.#listener.onUnwatchable(node.path, code);
    }
  }

  #onEvent(node: Node, type: string, raw: string | Buffer | null): void {
    if (node.watcher === null) return;
    this.#countBurst();
    const name = raw === null ? null : String(raw);
    if (name === null) {
      for (const path of leavesBelow(node)) this.#listener.onPath(path);
      return;
    }
    if (node.leaves.has(name)) this.#listener.onPath(join(node.path, name));
    if (type !== 'rename') return;
    const child = node.children.get(name);
    if (child !== undefined) this.#reopen(child);
    // Its own name: the folder itself went (or, behind a symlink, what it led to), or a member is called the same.
    else if (name === basename(node.path) && !node.leaves.has(name)) this.#reopen(node);
  }

  /** The name stands for another folder now, or for none: watch what is there, and look at all that is below. */
  #reopen(node: Node): void {
    closeBelow(node);
    this.#openBelow(node);
    for (const path of leavesBelow(node)) this.#listener.onPath(path);
  }

  #openBelow(node: Node): void {
    this.#open(node);
    for (const child of node.children.values()) this.#openBelow(child);
  }

  #countBurst(): void {
    if (this.#burst === 0) {
      setImmediate(() => {
        const count = this.#burst;
        this.#burst = 0;
        if (count >= this.#burstLimit) this.#listener.onOverflow();
      });
    }
    this.#burst += 1;
  }
}

function emptyNode(path: string): Node {
  return { path, children: new Map(), leaves: new Map(), watcher: null, polled: false };
}

function partsOf(folder: string): readonly string[] {
  return folder.split('/').filter((part) => part !== '');
}

function close(node: Node): void {
  node.watcher?.close();
  node.watcher = null;
}

function closeBelow(node: Node): void {
  close(node);
  for (const child of node.children.values()) closeBelow(child);
}

function* leavesBelow(node: Node): Generator<string> {
  for (const name of node.leaves.keys()) yield join(node.path, name);
  for (const child of node.children.values()) yield* leavesBelow(child);
}
