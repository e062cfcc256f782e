#!/bin/sh
# Starts orch-tui with the Node that a checkout brings along, where there is one: older Nodes lose a child's last output.
# Each program that a shell starts costs 10 ms of a command's 200: only a link has to be followed.
self=$0
[ -h "$self" ] && self=$(readlink -f "$self")
case $self in
  */*) here=${self%/*} ;;
  *) here=. ;;
esac
node="$here/../node_modules/node/bin/node"
[ -x "$node" ] || node=node
# Node would take compiled code from there before any line of ours could look whose folder it is; ours is checked.
unset NODE_COMPILE_CACHE
# Small heaps and one thread for their collector: 20 MB less, and no slower. Far more than the control room needs.
exec "$node" --max-semi-space-size=1 --max-old-space-size=128 --v8-pool-size=1 "$here/orch-tui.js" "$@"
