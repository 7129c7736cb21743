/** Text from models and data on its way to a terminal: nothing in it can move the cursor, change colours or reverse a line. */

/** The text without control characters (line ends stay) and marks that reorder text. */
export const safe = (text: string): string => text.replace(/[^\n\P{Cc}]|[\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/gu, '');
