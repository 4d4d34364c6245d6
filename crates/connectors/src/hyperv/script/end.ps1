# The end mark: without it the answer was cut off.
Write-Line ('<<<IROA-HYPERV-END ' + $script:sections + '>>>')
$output.Flush()
