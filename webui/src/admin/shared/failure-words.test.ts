import { beforeEach, expect, test } from "vitest";
import { setLanguage } from "../../shared/language";
import examples from "../../shared/sentences.json";
import { runMessage } from "./failure-words";

const MESSAGE = "the disk is full";

beforeEach(() => {
  setLanguage("zh");
});

function said(failure: string | null): string | null {
  return runMessage({ failure, message: MESSAGE });
}

test("every kind of failure has Chinese words of its own", () => {
  const all = examples.run_failures.map(said);
  for (const sentence of all) expect(sentence).toMatch(/\p{Script=Han}/u);
  expect(new Set(all).size).toBe(examples.run_failures.length);
});

test("the details are quoted where the kind alone does not say them", () => {
  expect(said("disk")).toBe("磁盘出错或已满（the disk is full）");
  expect(said("memory")).toBe("内存不足");
});

test("a kind that this page does not know counts as unexpected", () => {
  expect(said("flood")).toBe("发生了意外错误（the disk is full）");
});

test("a run that was stopped on request did not fail", () => {
  expect(said(null)).toBe("已按要求取消");
});

test("in English the message is the server's, with its details", () => {
  setLanguage("en");
  expect(examples.run_failures.map(said)).toEqual(examples.run_failures.map(() => MESSAGE));
});

test("a run without a message has none in either language", () => {
  expect(runMessage({ failure: null, message: null })).toBeNull();
});
