/** What Git stores. */
export type ObjectKind = 'commit' | 'tree' | 'blob' | 'tag';

export interface ObjectInfo {
  readonly oid: string;
  readonly kind: ObjectKind;
  /** Bytes. */
  readonly size: number;
}
