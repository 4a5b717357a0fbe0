# SPDX-License-Identifier: MIT OR Apache-2.0
# A plugin for sos report: copy it into sos/report/plugins of the installed sos.

from sos.report.plugins import (Plugin, RedHatPlugin, DebianPlugin,
                                UbuntuPlugin)


class Swdevctl(Plugin, RedHatPlugin, DebianPlugin, UbuntuPlugin):

    short_desc = 'Eswitch modes, representors and their names'
    plugin_name = 'swdevctl'
    profiles = ('hardware', 'network', 'virt')
    commands = ('swdevctl',)

    def setup(self):
        self.add_copy_spec([
            '/etc/swdevctl',
            '/etc/udev/rules.d/*swdevctl*',
            '/run/swdevctl/swdevctl.toml*',
            '/usr/lib/swdevctl',
        ])
        # Each reads alone; none waits for a change that runs.
        self.add_cmd_output([
            'swdevctl --version',
            'swdevctl inventory --json',
            'swdevctl topology',
            'swdevctl topology --format svg',
            'swdevctl doctor --json',
            'swdevctl name show --json',
            'swdevctl name check --json',
            'swdevctl config explain',
            'swdevctl apply --check --json',
        ])
        # The machine for --replay, without addresses and serial numbers.
        capture = self.get_cmd_output_path(name='masked.capture.json', make=False)
        self.add_cmd_output('swdevctl capture --mask %s' % capture)

# vim: set et ts=4 sw=4 :
