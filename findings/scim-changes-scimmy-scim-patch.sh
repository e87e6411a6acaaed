#!/usr/bin/env bash
# scimmy 1.3.5 and scim-patch 0.8.3 (npm): a PATCH of RFC 7644 (3.5.2) leaves old members in a group,
# has one member twice, and makes two addresses of a user the primary one.
#
#   operation                                       should be   scimmy      scim-patch
#   of a group with the members 1 and 2:
#     replace, path members, value 3                3           3           3
#     replace, no path, value {members: 3}          3           1 2 3       3
#     add 2 to members                              1 2         1 2 2       1 2
#     add 1 to members, stored with its display     1 2         1 2 1       1 2 1
#   of a user with work (primary) and home, the primary addresses:
#     replace emails[type eq "home"].primary, true  home        work home   work home
#     add an address, primary                       other       work other  work other
#
# RFC 7644: a replace without a path replaces the attributes of its value (3.5.2.3), a value that is
# there is not added again (3.5.2.1), and a value made primary takes that from all others (3.5.2).
# Both packages report success.
#
# Hazard: members that the provider took out of a group keep what the group gives them. A retried or
# repeated "add" makes groups larger than they are, and a count of members too. The first of two
# primary addresses is the old one: mails and sign-ins go on with it.
#
# Requires Node and npm.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{"private":true,"type":"module"}' >package.json
npm install --silent --no-audit --no-fund --ignore-scripts --save-exact scimmy@1.3.5 scim-patch@0.8.3
cat >main.js <<'JS'
import SCIMMY from "scimmy";
import scimPatch from "scim-patch";

SCIMMY.Resources.declare(SCIMMY.Resources.Group);
SCIMMY.Resources.declare(SCIMMY.Resources.User);
const group = () => new SCIMMY.Schemas.Group({id: "g", displayName: "all", members: [{value: "1", display: "Ann", type: "User"}, {value: "2"}]});
const user = () => new SCIMMY.Schemas.User({id: "u", userName: "ann", emails: [
  {value: "work@fjord.example", type: "work", primary: true}, {value: "home@fjord.example", type: "home"}]});
const members = r => r.members.map(m => m.value).join(" ");
const primary = r => r.emails.filter(e => e.primary).map(e => e.type).join(" ");

for (const [before, operation, show] of [
  [group, {op: "replace", path: "members", value: [{value: "3"}]}, members],
  [group, {op: "replace", value: {members: [{value: "3"}]}}, members],
  [group, {op: "add", path: "members", value: [{value: "2"}]}, members],
  [group, {op: "add", path: "members", value: [{value: "1"}]}, members],
  [user, {op: "replace", path: 'emails[type eq "home"].primary', value: true}, primary],
  [user, {op: "add", path: "emails", value: [{value: "other@fjord.example", type: "other", primary: true}]}, primary],
]) {
  const copy = value => JSON.parse(JSON.stringify(value));
  const body = {schemas: ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], Operations: [operation]};
  const one = await new SCIMMY.Messages.PatchOp(copy(body)).apply(before());
  const two = copy(body);
  scimPatch.patchBodyValidation(two);
  console.log(JSON.stringify(operation));
  console.log("  scimmy:", show(one ?? before()), "| scim-patch:", show(scimPatch.scimPatch(copy(before()), two.Operations)));
}
JS
node main.js | tee found.txt
diff found.txt - <<'END' || { echo "one of them behaves otherwise now"; exit 1; }
{"op":"replace","path":"members","value":[{"value":"3"}]}
  scimmy: 3 | scim-patch: 3
{"op":"replace","value":{"members":[{"value":"3"}]}}
  scimmy: 1 2 3 | scim-patch: 3
{"op":"add","path":"members","value":[{"value":"2"}]}
  scimmy: 1 2 2 | scim-patch: 1 2
{"op":"add","path":"members","value":[{"value":"1"}]}
  scimmy: 1 2 1 | scim-patch: 1 2 1
{"op":"replace","path":"emails[type eq \"home\"].primary","value":true}
  scimmy: work home | scim-patch: work home
{"op":"add","path":"emails","value":[{"value":"other@fjord.example","type":"other","primary":true}]}
  scimmy: work other | scim-patch: work other
END
