import { describe, expect, it } from "vitest";
import { DIGITS } from "../../shared/shapes";
import { readQuery, withDigit, writeQuery } from "./query";

describe("the address of the map", () => {
  it("is empty for what is shown first", () => {
    expect(writeQuery(readQuery(""))).toBe("");
  });

  it("says the same again", () => {
    const text = "version=3&colour=agreement&digits=17&source=drawing&only=strays";
    expect(writeQuery(readQuery(text))).toBe(text);
  });

  it("leaves out what it does not know", () => {
    const text = "version=0x3&colour=pink&digits=ab&source=sky&only=&x=1";
    expect(writeQuery(readQuery(text))).toBe("");
  });
});

describe("choosing a digit", () => {
  const first = withDigit(readQuery(""), 3);

  it("shows the first one alone, and adds the next", () => {
    expect(first.digits).toEqual([3]);
    expect(withDigit(first, 1).digits).toEqual([1, 3]);
  });

  it("shows all again once none is left", () => {
    expect(withDigit(first, 3).digits).toEqual(DIGITS);
  });
});
