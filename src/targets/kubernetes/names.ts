/** Who Fairlead is to an API server: the field manager of all that it applies. */
export const fieldManager = 'fairlead';

/**
 * The label that all applied objects carry, with the value `true`. It only narrows what is watched: ownership is the
 * inventory and the UID, never a label.
 */
export const managedLabel = 'fairlead.dev/managed';

/** What watches of applied objects select. */
export const managedSelector = `${managedLabel}=true`;
