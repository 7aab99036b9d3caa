import { pathEscape, pathInvalid } from './errors.ts';

/**
 * The parts of a path within a tree; none for the root. Case and Unicode form stay as they are.
 *
 * @throws FairleadError `source.path-escape` for absolute paths and `..`; `source.path-invalid` for empty or `.` parts
 * and for control characters that would end a line or a string.
 */
export function pathParts(path: string): readonly string[] {
  if (path === '') return [];
  const shown = JSON.stringify(path);
  if (/[\0\r\n]/.test(path)) {
    throw pathInvalid({ message: `path ${shown} holds a control character`, resource: shown });
  }
  if (path.startsWith('/')) {
    throw pathEscape({ message: `path ${path} is absolute`, resource: path });
  }
  const parts = path.split('/');
  if (parts.includes('..')) {
    throw pathEscape({ message: `path ${path} holds ..`, resource: path });
  }
  if (parts.some((part) => part === '' || part === '.')) {
    throw pathInvalid({ message: `path ${path} holds an empty part or a dot`, resource: path });
  }
  return parts;
}
