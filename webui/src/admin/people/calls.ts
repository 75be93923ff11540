/** What the views about people ask of the server. */

import { ask, query } from "../../shared/api";
import type { List } from "../../contract";

export type UserRole = "reviewer" | "admin";

export interface ContributorRow {
  number: number;
  id: string;
  created_at: string;
  blocked_at: string | null;
  is_held_out: boolean;
  n: number;
  n_quarantined: number;
  n_rejected: number;
  n_exam: number;
  n_deleted: number;
  n_read: number;
  n_agreed: number;
  by_label: number[];
}

export interface Erasure {
  n_drawings: number;
  versions: number[];
  live_version: number | null;
}

export interface User {
  id: number;
  email: string;
  role: UserRole;
  created_at: string;
  disabled_at: string | null;
  n_sessions: number;
  n_tokens: number;
  last_sign_in_at: string | null;
}

/** `password` is the one that was made up, shown this once. */
export interface NewPassword {
  id: number;
  email: string;
  password: string | null;
}

export interface Session {
  id: number;
  email: string;
  browser: string | null;
  created_at: string;
  expires_at: string;
  is_current: boolean;
}

export interface Token {
  id: number;
  name: string;
  role: UserRole;
  email: string;
  created_at: string;
  revoked_at: string | null;
}

export type ContributorOrder = "newest" | "most";

const post = (json: unknown) => ({ method: "POST", json }) as const;

export const people = {
  contributors: (sort: ContributorOrder, blocked: boolean | null, after: string | null) =>
    ask<List<ContributorRow>>(
      query("/contributors", { sort, blocked: blocked === null ? null : String(blocked), after }),
    ),
  contributor: (number: number) => ask<ContributorRow>(`/contributors/${number}`),
  block: (number: number, reason: string) =>
    ask<ContributorRow>(`/contributors/${number}/block`, post({ reason })),
  unblock: (number: number, reason: string) =>
    ask<ContributorRow>(`/contributors/${number}/unblock`, post({ reason })),
  erasure: (number: number) => ask<Erasure>(`/contributors/${number}/erasure`),
  erase: (number: number) => ask<Erasure>(`/contributors/${number}/erasure`, { method: "POST" }),

  users: () => ask<List<User>>("/users"),
  makeUser: (email: string, role: UserRole) => ask<NewPassword>("/users", post({ email, role })),
  changeUser: (id: number, change: { role?: UserRole; disabled?: boolean }) =>
    ask<User>(`/users/${id}`, { method: "PATCH", json: change }),
  resetPassword: (id: number) => ask<NewPassword>(`/users/${id}/password`, post({})),
  changeOwnPassword: (current: string, wanted: string) =>
    ask<undefined>("/me/password", { method: "PUT", json: { current, new: wanted } }),

  sessions: (whose: "mine" | "all") => ask<List<Session>>(query("/sessions", { whose })),
  endSession: (id: number) => ask<undefined>(`/sessions/${id}`, { method: "DELETE" }),
  tokens: () => ask<List<Token>>("/tokens"),
  makeToken: (name: string, role: UserRole) =>
    ask<{ token: string }>("/tokens", post({ name, role })),
  revokeToken: (id: number) => ask<undefined>(`/tokens/${id}`, { method: "DELETE" }),
};
