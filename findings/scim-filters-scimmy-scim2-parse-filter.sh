#!/usr/bin/env bash
# scimmy 1.3.5 and scim2-parse-filter 0.2.10 (npm): filters of RFC 7644 (3.4.2.2) find users that do
# not fit, in either package others.
#
#   filter                                       fit          scimmy        scim2-parse-filter
#   active eq true and userType eq "Employee"    ann          ann ben cal   ann
#     and (title eq "Nurse" or title eq "Doctor")
#   active eq true and not (title eq "Nurse"     dee          ann ben dee   dee
#     or title eq "Doctor")
#   not (active eq false                         all four     ann           all four
#     and userType eq "Guest")
#   emails[type eq "work" and value eq "x@..."]  ann          ann           ann ben
#
# scimmy reads two or more terms beside a group with "or" as alternatives: "a and b and (c or d)" is
# "(a or b) and (c or d)". It gives the "not" of a group to each term and leaves "and" and "or" as they
# were. scim2-parse-filter lets each condition in square brackets be met by another value: the x@...
# that fits is the home address of ben.
#
# scimmy chooses by the same filters what a PATCH removes: of a group with the members 1 2 3 4,
# remove members[not (value eq "1" or value eq "2")] leaves none instead of 1 and 2.
#
# Hazard: a provider that looks for one user before it changes that user gets several, or another; a
# job that sweeps the users found deactivates some that should stay; a group loses all members.
# Microsoft Entra looks for users by emails[type eq "work"].value eq "x@...", which
# scim2-parse-filter reads like the last filter of the table.
#
# Requires Node and npm.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{"private":true,"type":"module"}' >package.json
npm install --silent --no-audit --no-fund --ignore-scripts --save-exact scimmy@1.3.5 scim2-parse-filter@0.2.10
cat >main.js <<'JS'
import SCIMMY from "scimmy";
import parser from "scim2-parse-filter";

const email = (type, value) => ({type, value: value + "@fjord.example"});
const users = [
  {userName: "ann", active: true, userType: "Employee", title: "Nurse", emails: [email("work", "x"), email("home", "y")]},
  {userName: "ben", active: true, userType: "Guest", title: "Doctor", emails: [email("work", "z"), email("home", "x")]},
  {userName: "cal", active: false, userType: "Employee", title: "Doctor", emails: [email("work", "c")]},
  {userName: "dee", active: true, userType: "Guest", title: "Clerk", emails: [email("work", "d")]},
];
const cares = u => u.title === "Nurse" || u.title === "Doctor";
const employed = 'userType eq "Employee"', caring = '(title eq "Nurse" or title eq "Doctor")';
const names = found => found.map(u => u.userName).join(" ");
for (const [text, fits] of [
  [`${employed} and ${caring}`, u => u.userType === "Employee" && cares(u)],
  [`active eq true and ${employed} and ${caring}`, u => u.active && u.userType === "Employee" && cares(u)],
  [`active eq true and ${caring} and ${employed}`, u => u.active && u.userType === "Employee" && cares(u)],
  [`active eq true and not ${caring}`, u => u.active && !cares(u)],
  ['not (active eq false and userType eq "Guest")', u => !(!u.active && u.userType === "Guest")],
  ['emails[type eq "work"].value eq "x@fjord.example"', u => u.emails.some(e => e.type === "work" && e.value === "x@fjord.example")],
  ['emails[type eq "work" and value eq "x@fjord.example"]', u => u.emails.some(e => e.type === "work" && e.value === "x@fjord.example")],
]) {
  console.log(text);
  console.log("  fit:", names(users.filter(fits)), "| scimmy:", names(new SCIMMY.Types.Filter(text).match(users)),
    "| scim2-parse-filter:", names(users.filter(parser.filter(parser.parse(text)))));
}

SCIMMY.Resources.declare(SCIMMY.Resources.Group);
for (const path of ['members[value eq "1" or value eq "2"]', 'members[not (value eq "1" or value eq "2")]']) {
  const group = new SCIMMY.Schemas.Group({id: "g", displayName: "all", members: ["1", "2", "3", "4"].map(value => ({value}))});
  const left = await new SCIMMY.Messages.PatchOp({
    schemas: ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], Operations: [{op: "remove", path}],
  }).apply(group);
  console.log("remove", path, "leaves:", (left.members ?? []).map(m => m.value).join(" ") || "none");
}
JS
node main.js | tee found.txt
diff found.txt - <<'END' || { echo "one of them behaves otherwise now"; exit 1; }
userType eq "Employee" and (title eq "Nurse" or title eq "Doctor")
  fit: ann cal | scimmy: ann cal | scim2-parse-filter: ann cal
active eq true and userType eq "Employee" and (title eq "Nurse" or title eq "Doctor")
  fit: ann | scimmy: ann ben cal | scim2-parse-filter: ann
active eq true and (title eq "Nurse" or title eq "Doctor") and userType eq "Employee"
  fit: ann | scimmy: ann ben cal | scim2-parse-filter: ann
active eq true and not (title eq "Nurse" or title eq "Doctor")
  fit: dee | scimmy: ann ben dee | scim2-parse-filter: dee
not (active eq false and userType eq "Guest")
  fit: ann ben cal dee | scimmy: ann | scim2-parse-filter: ann ben cal dee
emails[type eq "work"].value eq "x@fjord.example"
  fit: ann | scimmy: ann | scim2-parse-filter: ann ben
emails[type eq "work" and value eq "x@fjord.example"]
  fit: ann | scimmy: ann | scim2-parse-filter: ann ben
remove members[value eq "1" or value eq "2"] leaves: 3 4
remove members[not (value eq "1" or value eq "2")] leaves: none
END
