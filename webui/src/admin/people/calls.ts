/** Requests of the views about people. */

import type {
  ContributorOut,
  ErasureOut,
  PasswordOut,
  SessionOut,
  TokenOut,
  TokenRow,
  UserChange,
  UserOut,
} from "../../contract";
import { ask, query } from "../../shared/api";
import type { List } from "../../shared/shapes";

export type ContributorRow = ContributorOut;
export type Erasure = ErasureOut;
/** `password` is the generated one, shown this once. */
export type NewPassword = PasswordOut;
export type Session = SessionOut;
export type Token = TokenRow;
export type User = UserOut;
export type UserRole = User["role"];
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
  changeUser: (id: number, change: UserChange) =>
    ask<User>(`/users/${id}`, { method: "PATCH", json: change }),
  resetPassword: (id: number) => ask<NewPassword>(`/users/${id}/password`, post({})),
  changeOwnPassword: (current: string, wanted: string) =>
    ask<undefined>("/me/password", { method: "PUT", json: { current, new: wanted } }),

  sessions: (whose: "mine" | "all") => ask<List<Session>>(query("/sessions", { whose })),
  endSession: (id: number) => ask<undefined>(`/sessions/${id}`, { method: "DELETE" }),
  tokens: () => ask<List<Token>>("/tokens"),
  makeToken: (name: string, role: UserRole) => ask<TokenOut>("/tokens", post({ name, role })),
  revokeToken: (id: number) => ask<undefined>(`/tokens/${id}`, { method: "DELETE" }),
};
