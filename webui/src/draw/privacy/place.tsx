/** Where the sheets about one's own data go; their code is loaded when one is first opened. */

import type { VNode } from "preact";
import { useEffect, useState } from "preact/hooks";
import { carry_token, is_privacy_open, toast } from "../state";
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
  if (hash === PRIVACY) is_privacy_open.value = true;
  if (!hash.startsWith(CARRY)) return;
  carry_token.value = hash.slice(CARRY.length);
  history.replaceState(null, "", location.pathname);
}

export function PrivacyPlace() {
  const [sheets, setSheets] = useState<Sheets | null>(null);
  const token = carry_token.value;
  const is_wanted = is_privacy_open.value || token !== null;

  useEffect(() => {
    if (!is_wanted || sheets !== null) return;
    import("./sheets").then(setSheets).catch(() => {
      is_privacy_open.value = false;
      toast.value = { text: words.value.failed_network, action: null };
    });
  }, [is_wanted, sheets]);

  if (sheets === null) return null;
  if (token !== null) return <sheets.JoinDialog token={token} />;
  return is_privacy_open.value ? <sheets.PrivacySheet /> : null;
}
