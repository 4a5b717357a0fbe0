# SPDX-License-Identifier: MIT OR Apache-2.0
# The inventory that lines of "swdevctl watch" lead to: jq -n -f watch.jq LINES. To go on
# from an inventory, put {"event": "snapshot", "inventory": INVENTORY} before further lines.
def inserted($at; $value): .[:$at] + [$value] + .[$at:];
def of_device($handle; change): map(if .handle == $handle then change else . end);
def applied($line):
    if $line.event == "snapshot" then $line.inventory
    elif $line.event == "device_added" then .devices |= inserted($line.at; $line.value)
    elif $line.event == "device_removed" then del(.devices[$line.at])
    elif $line.event == "device_changed" then .devices[$line.at] |= $line.value + {ports}
    elif $line.event == "port_added" then
        .devices |= of_device($line.device; .ports |= inserted($line.at; $line.value))
    elif $line.event == "port_removed" then
        .devices |= of_device($line.device; del(.ports[$line.at]))
    elif $line.event == "port_changed" then
        .devices |= of_device($line.device; .ports[$line.at] = $line.value)
    elif $line.event == "unassociated_changed" then .unassociated = $line.value
    elif $line.event == "warnings_changed" then .warnings = $line.value
    else error("unknown event \($line.event)")
    end;
reduce inputs as $line (null; applied($line))
