// A vCenter whose account may not see one class of objects: vcsim, and before it a door that answers for that class as vCenter does.
import { createServer, request as forward } from 'node:http';
import { startVcenter, type Estate } from './vcenter';

const FAULT = `<?xml version="1.0" encoding="UTF-8"?>
<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"><soapenv:Body><soapenv:Fault>
<faultcode>ServerFaultCode</faultcode><faultstring>Permission to perform this operation was denied.</faultstring>
<detail><NoPermissionFault xmlns="urn:vim25" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="NoPermission">
<privilegeId>System.Read</privilegeId></NoPermissionFault></detail></soapenv:Fault></soapenv:Body></soapenv:Envelope>`;

export type ForbiddenVcenter = {
  endpoint: string;
  /** A class of vSphere, `HostSystem`; none where empty. */
  forbid: (className: string) => void;
  stop: () => Promise<void>;
};

export async function startForbiddenVcenter(estate: Estate): Promise<ForbiddenVcenter> {
  const vcenter = await startVcenter(estate, { tls: false });
  let forbidden = '';
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    if (forbidden && body.includes(`<type>${forbidden}</type>`) && body.includes('RetrievePropertiesEx')) {
      response.writeHead(500, { 'Content-Type': 'text/xml; charset=utf-8' }).end(FAULT);
      return;
    }
    const { method, url: path, headers } = request;
    const upstream = forward({ host: '127.0.0.1', port: vcenter.port, method, path, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    upstream.once('error', () => response.destroy());
    upstream.end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (!address || typeof address !== 'object') throw new Error('the door has no address');
  return {
    endpoint: `http://127.0.0.1:${address.port}`,
    forbid: (className) => (forbidden = className),
    stop: async () => {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
      await vcenter.stop();
    },
  };
}
