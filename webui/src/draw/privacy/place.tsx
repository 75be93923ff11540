/** The dialogs about one's own data; their code is loaded when one is first opened. */

import type { VNode } from "preact";
import { useEffect, useState } from "preact/hooks";
import { words } from "../../shared/words";
import { carryToken, isPrivacyOpen, toast } from "../state";

const CARRY = "#carry=";
const PRIVACY = "#privacy";

interface Sheets {
  PrivacySheet: () => VNode;
  JoinDialog: (props: { token: string }) => VNode;
}

/** Open the dialog that the address names. Removes a link's secret from the address at once. */
export function readFragment(): void {
  const { hash } = location;
  if (hash === PRIVACY) isPrivacyOpen.value = true;
  if (!hash.startsWith(CARRY)) return;
  carryToken.value = hash.slice(CARRY.length);
  history.replaceState(null, "", location.pathname);
}

export function PrivacyPlace() {
  const [sheets, setSheets] = useState<Sheets | null>(null);
  const token = carryToken.value;
  const isWanted = isPrivacyOpen.value || token !== null;

  useEffect(() => {
    if (!isWanted || sheets !== null) return;
    import("./sheets").then(setSheets).catch(() => {
      isPrivacyOpen.value = false;
      toast.value = { text: words.value.failedNetwork, action: null };
    });
  }, [isWanted, sheets]);

  if (sheets === null) return null;
  if (token !== null) return <sheets.JoinDialog token={token} />;
  return isPrivacyOpen.value ? <sheets.PrivacySheet /> : null;
}
