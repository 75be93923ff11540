/** The list of keys: everything on this page works without a pointer. */

import { Dialog } from "../shared/dialog";
import { words } from "../shared/language";
import { are_keys_open } from "./state";

export function KeysDialog() {
  if (!are_keys_open.value) return null;
  const w = words.value;
  return (
    <Dialog title={w.keys_title} onClose={() => (are_keys_open.value = false)}>
      <dl class="keys-list">
        {w.keys_list.map(([keys, meaning]) => (
          <div key={keys} class="keys-row">
            <dt>
              {keys.split(" ").map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{meaning}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
