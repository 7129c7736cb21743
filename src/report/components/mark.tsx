/** Gibbon's mark: a dark face in a ring of pale fur. */
import type { VNode } from 'preact';

export function Mark(): VNode {
  return (
    <svg class="mark" viewBox="0 0 32 32" width="32" height="32" aria-hidden="true">
      <circle class="mark-fur" cx="16" cy="16" r="15" />
      <path class="mark-ring" d="M16 7.6c2-1.9 8.6-1.6 9.4 4.6.5 4.1-1.2 12.8-9.4 12.8S6.1 16.3 6.6 12.2C7.4 6 14 5.7 16 7.6z" />
      <path class="mark-fur" d="M16 10.6c1.5-1.5 6.3-1.4 6.7 2.6.3 3.1-1.1 9.3-6.7 9.3s-7-6.2-6.7-9.3c.4-4 5.2-4.1 6.7-2.6z" />
      <circle class="mark-eye" cx="12.9" cy="14.2" r="1.5" />
      <circle class="mark-eye" cx="19.1" cy="14.2" r="1.5" />
      <path class="mark-mouth" d="M13.4 19.2c1.6 1.2 3.6 1.2 5.2 0" />
    </svg>
  );
}
