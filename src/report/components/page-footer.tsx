/** How to read the report, for those who meet robustness for the first time. */
import type { VNode } from 'preact';

export function PageFooter({ version }: { version: string }): VNode {
  return (
    <footer id="reading">
      <h2>How to read this</h2>
      <div class="reading">
        <div>
          <h3>An attack gives an upper bound</h3>
          <p>
            The model is at most this robust: what an attack breaks is broken, but what it leaves standing may fall to a stronger one. Only
            a certificate proves robustness.
          </p>
        </div>
        <div>
          <h3>The worst case counts</h3>
          <p>
            An example is robust only if it stays correct under every attack that was run. Figures are worst cases per example, never
            averages over attacks.
          </p>
        </div>
        <div>
          <h3>Gauges and statuses</h3>
          <p>
            A gauge shows the deciding figure of the category’s worst check; the thin arc is its interval, the tick its baseline. Undecided:
            the check ran and cannot tell. Not applicable: it could not run, and says what it would take.
          </p>
        </div>
        <div>
          <h3>The interval</h3>
          <p>
            The figures come from a sample. If audits of fresh samples were repeated, 95 % of such intervals would hold the true figure.
            Shares have Clopper–Pearson intervals; other figures name their method. A wide interval asks for more examples.
          </p>
        </div>
        <div>
          <h3>Noise is the baseline</h3>
          <p>
            Random noise of the same size is what bad luck would do. The gap between it and the robust accuracy is what an adversary adds.
          </p>
        </div>
        <div>
          <h3>Epsilon</h3>
          <p>
            ε limits how much an attacker may change an input, measured on the data as stored, before any normalisation. L∞ limits each
            value, L₂ the length of the whole change.
          </p>
        </div>
        <div>
          <h3>8-bit</h3>
          <p>
            Attacks work on real numbers, image files hold 256 steps per channel. “Robust, 8-bit” counts only the attacks that still work
            after saving.
          </p>
        </div>
      </div>
      <p class="colophon">
        Gibbon {version} · named after the panda that a network called a gibbon with 99.3 % confidence (Goodfellow et al., 2014).
      </p>
    </footer>
  );
}
