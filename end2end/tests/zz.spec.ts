import { session, test } from '../support/test';
test.use({ storageState: session('admin') });
const PATHS = ['/', '/vms', '/hosts', '/clusters', '/storage', '/networks', '/search?q=DC0_C0_RP0_VM1', '/sources', '/sources/new', '/sources/1','/sources/1/edit', '/runs/1', '/activity', '/activity?view=changes', '/admin', '/account', '/nowhere', '/vms/1','/hosts/1','/clusters/1','/storage/1','/networks/1','/vms?q=colour:blue','/vms?q=name=nothing'];
const slug=(p:string)=>p.replace(/[^a-z0-9]+/gi,'_')||'_';
async function clipped(page:any){ return page.evaluate(()=>{
  const out:string[]=[]; 
  for(const e of Array.from(document.querySelectorAll('main *, header *, nav *'))){
    const s=getComputedStyle(e); const r=e.getBoundingClientRect(); if(!r.width||e.closest('.visually-hidden')||e.closest('svg'))continue;
    if((e as HTMLElement).checkVisibility && !(e as HTMLElement).checkVisibility())continue;
    if(/auto|scroll/.test(s.overflowX) && e.scrollWidth>e.clientWidth+1) out.push('SCROLL '+e.tagName+'.'+e.className+' '+e.scrollWidth+'>'+e.clientWidth);
    if(/button|a|input|select|summary/i.test(e.tagName) && r.right>innerWidth+1 && !e.closest('.table')) out.push('OUT '+e.tagName+'.'+e.className+' '+r.right+' '+(e.textContent||'').slice(0,30));
    if(/hidden|clip/.test(s.overflowX) && e.scrollWidth>e.clientWidth+1) out.push('CLIP '+e.tagName+'.'+e.className+' '+e.scrollWidth+'>'+e.clientWidth+' '+(e.textContent||'').slice(0,30));
  } return [document.scrollingElement!.scrollWidth+'/'+innerWidth,...out].join('\n   ')})}
for (const [w,scheme] of [[390,'light'],[390,'dark'],[1280,'light'],[1440,'dark']] as const) test(`shots ${w} ${scheme}`, async ({page})=>{ test.setTimeout(300000);
 await page.setViewportSize({width:w,height:w<500?844:900}); await page.emulateMedia({colorScheme:scheme});
 for(const p of PATHS){ await page.goto(p); console.log(w,scheme,p,await clipped(page)); await page.screenshot({path:`/tmp/shots/${w}_${scheme}_${slug(p)}.png`,fullPage:true}); }
});
test('print', async({page})=>{ test.setTimeout(300000); await page.setViewportSize({width:718,height:1000}); 
 for(const p of PATHS){ await page.setViewportSize({width:1440,height:900}); await page.goto(p); await page.pdf({path:`/tmp/shots/print_${slug(p)}.pdf`,format:'A4'}); await page.emulateMedia({media:'print'}); await page.setViewportSize({width:718,height:1000}); console.log('print',p,await clipped(page)); await page.screenshot({path:`/tmp/shots/print_${slug(p)}.png`,fullPage:true}); await page.emulateMedia({media:null}); }
});
