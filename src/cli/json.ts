/** Characters that JSON may hold as they are and a terminal obeys, or shows in another order. */
const unsafe = /[\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g;

/** JSON that can be looked at on a terminal, too: the same value, with what a terminal would obey escaped. */
export function toJson(value: unknown, indent?: number): string {
  return escapeUnsafe(JSON.stringify(value, null, indent));
}

/** Whether `escapeUnsafe` changes it. */
export function isUnsafe(text: string): boolean {
  return text.search(unsafe) >= 0;
}

/** In JSON and in YAML's double quotes. */
export function escapeUnsafe(text: string): string {
  return text.replace(
    unsafe,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
