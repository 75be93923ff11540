/** The log's filters, as the address and the server take them. Pure. */

export const FILTERS = ["by", "action", "subject", "since", "until"] as const;
export type Filter = Record<(typeof FILTERS)[number], string>;

export function filterOf(address: string): Filter {
  const given = new URLSearchParams(address);
  const of = (name: (typeof FILTERS)[number]) => given.get(name)?.trim() ?? "";
  return {
    by: of("by"),
    action: of("action"),
    subject: of("subject"),
    since: of("since"),
    until: of("until"),
  };
}

/** Without what is empty. */
export function queryOf(filter: Filter): string {
  const given = FILTERS.filter((name) => filter[name] !== "");
  return new URLSearchParams(given.map((name) => [name, filter[name]])).toString();
}
