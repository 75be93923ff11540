/** Where the sheets about one's own data go; their code is loaded when one is first opened. */

import type { VNode } from "preact";
import { useEffect, useState } from "preact/hooks";
import { carryToken, isPrivacyOpen, toast } from "../state";
import { words } from "../../shared/words";

const CARRY = "#carry=";
const PRIVACY = "#privacy";

interface Sheets {
  PrivacySheet: () => VNode;
  JoinDialog: (props: { token: string }) => VNode;
}

/** The address may ask for a sheet. A link's secret goes out of it at once, and into no log. */
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
