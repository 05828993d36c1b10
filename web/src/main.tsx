import { render } from "preact";
import "./style/tokens.css";
import "./style/page.css";
import "./style/verification.css";
import "./style/parts.css";
import { App } from "./ui/App.tsx";

const page = document.getElementById("page");
if (page !== null) render(<App />, page);
