/** Starts the dashboard, the sign-in and the set-up. */

import { effect } from "@preact/signals";
import { render } from "preact";
import { askWhoIsHere, followAddress, followStats, lookAgain } from "./state";
import { Shell } from "./shell";
import { language } from "../shared/language";
import "../shared/tokens.css";
import "../shared/base.css";
import "./styles.css";
import { adminWords } from "./words";

const root = document.getElementById("page");
if (root !== null) {
  followAddress();
  render(<Shell />, root);
  effect(() => {
    document.title = adminWords.value.title;
  });
  void askWhoIsHere();
  followStats();
  language.subscribe(lookAgain); // verdicts come in the language that was asked for
}
