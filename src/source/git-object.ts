/** What Git stores. */
export type ObjectKind = 'commit' | 'tree' | 'blob' | 'tag';

/** The header of an object, without its content. */
export interface ObjectInfo {
  readonly oid: string;
  readonly kind: ObjectKind;
  /** Bytes. */
  readonly size: number;
}
