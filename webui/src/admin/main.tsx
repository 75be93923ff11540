/** Starts the dashboard, the sign-in and the set-up. */

import { effect } from "@preact/signals";
import { render } from "preact";
import { language } from "../shared/language";
import { Shell } from "./shell";
import { askWhoIsHere, followAddress, followStats, lookAgain } from "./state";
import { adminWords } from "./words";
import "../shared/base.css";
import "../shared/tokens.css";
import "./styles.css";

const root = document.getElementById("page");
if (root !== null) {
  followAddress();
  render(<Shell />, root);
  effect(() => {
    document.title = adminWords.value.title;
  });
  void askWhoIsHere();
  followStats();
  language.subscribe(lookAgain); // the server words verdicts in the language of the request
}
