#!/bin/sh
# Starts orch-tui with the Node that a checkout brings along, where there is one: older Nodes lose a child's last output.
here=$(dirname "$(readlink -f "$0")")
node="$here/../node_modules/node/bin/node"
[ -x "$node" ] || node=node
exec "$node" "$here/orch-tui.js" "$@"
